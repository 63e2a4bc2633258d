"""Reading a page: its address, text, what is visible of it, the words in its pictures, a site's map."""
