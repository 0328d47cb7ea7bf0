-- The host site's own id of the author (`author.id`), as a keyed digest like the e-mail's: for telling and erasing what a
-- person wrote, and for nothing else.
ALTER TABLE authors ADD COLUMN account BLOB;
