"""Videos on pages: their frames are read as pictures are; words spoken in them by a model that is installed apart."""
