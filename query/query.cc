// Routes of the reading side are listed here.
