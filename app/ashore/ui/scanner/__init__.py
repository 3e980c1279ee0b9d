"""Between a picture and a text: cameras, screens and files, read in a thread of their own."""
