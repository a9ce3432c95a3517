"""SQL that several rooms share, a module for each thing that is kept."""
