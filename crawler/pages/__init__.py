"""Reading a page: its address, its text and how much of it is visible, the words in its pictures, a site's
map."""
