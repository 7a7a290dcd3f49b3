"""The listening test: what it plays, the page that runs it, the server and the stored ratings.

The method is MUSHRA, ITU-R BS.1534-3.
"""
