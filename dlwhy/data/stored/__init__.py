"""Our own files of data sets: .joblib, .npz and .csv; nothing in a file is ever run."""
