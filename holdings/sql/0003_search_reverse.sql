DROP TRIGGER owner_words_updated ON holdings_owner;
DROP TRIGGER owner_words_inserted ON holdings_owner;
DROP FUNCTION holdings_learn_words();
DROP INDEX name_word_trigram;
DROP INDEX owner_words;
DROP INDEX holding_number_trigram;
DROP INDEX holding_number_prefix;
DROP FUNCTION holdings_words(text);
DROP FUNCTION holdings_fold(text);
