"""The generated pages of docs/, a module each with a function `page`."""
