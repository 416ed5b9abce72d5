-- Search by number, by owner's name (also misspelt) and by mobile (performance.md §Search).

-- Two spellings of one name are one: NFC, joiners dropped, the dotted ব is র, digits Latin, lower case.
CREATE FUNCTION holdings_fold(written text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lower(translate(
        replace(normalize(written, NFC), E'\u09ac\u09bc', E'\u09b0'),
        E'০১২৩৪৫৬৭৮৯\u200b\u200c\u200d\u2060\ufeff', '0123456789'
    ))
$$;

CREATE FUNCTION holdings_words(written text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_remove(regexp_split_to_array(public.holdings_fold(written), E'[[:space:].,;:()/-]+'), '')
$$;

CREATE INDEX holding_number_prefix ON holdings_holding (number_key varchar_pattern_ops);
CREATE INDEX holding_number_trigram ON holdings_holding USING gin (number_key gin_trgm_ops);
CREATE INDEX owner_words ON holdings_owner USING gin (holdings_words(name_bn || ' ' || name_en));
CREATE INDEX name_word_trigram ON holdings_nameword USING gin (word gin_trgm_ops);

-- The dictionary of distinct words: fuzzy search matches the word, never the row.
CREATE FUNCTION holdings_learn_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO holdings_nameword (word)
    SELECT DISTINCT word
    FROM new_rows, unnest(holdings_words(name_bn || ' ' || name_en)) AS word
    WHERE length(word) <= 150
    ORDER BY word
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER owner_words_inserted AFTER INSERT ON holdings_owner
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION holdings_learn_words();
CREATE TRIGGER owner_words_updated AFTER UPDATE ON holdings_owner
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION holdings_learn_words();
