DROP TRIGGER user_keep_truncate ON imis_user;
DROP TRIGGER user_keep_office_change ON imis_user;
DROP SCHEMA audit CASCADE;
DROP TRIGGER append_only ON imis_auditrow;
DROP FUNCTION imis_append_only();
