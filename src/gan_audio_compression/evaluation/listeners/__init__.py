"""Measures that nothing here optimises: predictors of listeners, speaker, pitch and words.

Their packages come with the extra `bench`; where one is absent, its column says so.
"""
