# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests in a real domain, which they share; see conftest.py."""
