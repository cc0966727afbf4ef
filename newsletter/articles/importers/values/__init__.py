"""Single values of foreign records: dates, encodings, fields, names of files, visibility."""
