"""Neural codecs of others whose frames are numbers of code words, by weights that the user has."""
