"""Spreadsheets: XLSX, XLS and ODS, read in a process of their own."""
