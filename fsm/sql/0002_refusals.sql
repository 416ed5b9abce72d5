-- What the sludge service never does, refused by the database whoever asks.

CREATE FUNCTION fsm_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append_only: % of % is refused; correct by a further row', TG_OP, TG_TABLE_NAME
        USING ERRCODE = '23514', TABLE = TG_TABLE_NAME, CONSTRAINT = 'append_only';
END
$$;

DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['fsm_event', 'fsm_assignment', 'fsm_trip', 'fsm_delivery', 'fsm_photo', 'fsm_charge',
                                'fsm_payment', 'fsm_reversal'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION fsm_refuse()', kept);
        EXECUTE format('CREATE TRIGGER never_truncated BEFORE TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION fsm_refuse()', kept);
    END LOOP;
END
$$;
CREATE TRIGGER append_only BEFORE DELETE ON fsm_request FOR EACH STATEMENT EXECUTE FUNCTION fsm_refuse();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON fsm_request FOR EACH STATEMENT EXECUTE FUNCTION fsm_refuse();

-- fsm.rules.workflow.TRANSITIONS; a test compares the two.
CREATE FUNCTION fsm_transitions() RETURNS TABLE (step text, before text, after text) LANGUAGE sql IMMUTABLE AS $$
    VALUES ('request', '', 'requested'),
           ('verify', 'requested', 'verified'),
           ('reject', 'requested', 'rejected'),
           ('reject', 'verified', 'rejected'),
           ('cancel', 'requested', 'cancelled'),
           ('cancel', 'verified', 'cancelled'),
           ('cancel', 'assigned', 'cancelled'),
           ('cancel', 'failed', 'cancelled'),
           ('assign', 'verified', 'assigned'),
           ('assign', 'assigned', 'assigned'),
           ('assign', 'failed', 'assigned'),
           ('start', 'assigned', 'emptying'),
           ('fail', 'assigned', 'failed'),
           ('fail', 'emptying', 'failed'),
           ('depart', 'emptying', 'emptying'),
           ('finish', 'emptying', 'in_transit'),
           ('finish', 'emptying', 'received'),
           ('receive', 'emptying', 'emptying'),
           ('receive', 'in_transit', 'in_transit'),
           ('receive', 'in_transit', 'received'),
           ('close', 'received', 'closed')
$$;

CREATE FUNCTION fsm_check_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_state text;
    v_events integer;
    v_left integer;
    v_came integer;
    v_rule text;
BEGIN
    SELECT state INTO v_state FROM fsm_request WHERE id = NEW.request_id FOR UPDATE;
    SELECT count(*), count(*) FILTER (WHERE step = 'depart'), count(*) FILTER (WHERE step = 'receive')
      INTO v_events, v_left, v_came FROM fsm_event WHERE request_id = NEW.request_id;
    IF NEW.before IS DISTINCT FROM v_state OR NEW.n <> v_events + 1 THEN
        v_rule := 'sludge_event_follows_the_last';
    ELSIF NOT EXISTS (SELECT FROM fsm_transitions() t
                      WHERE (t.step, t.before, t.after) = (NEW.step, NEW.before, NEW.after)) THEN
        v_rule := 'sludge_step_is_in_the_table';
    ELSIF NEW.step = 'depart' AND NEW.trip <> v_left + 1 THEN
        v_rule := 'sludge_trips_in_turn';
    ELSIF NEW.step = 'fail' AND v_left > 0 THEN
        v_rule := 'no_failed_visit_with_sludge_out';
    ELSIF NEW.step = 'finish' AND v_left = 0 THEN
        v_rule := 'empty_tank_needs_a_trip';
    ELSIF NEW.step = 'receive' AND NOT EXISTS (SELECT FROM fsm_event e WHERE e.request_id = NEW.request_id
                                               AND e.step = 'depart' AND e.trip = NEW.trip) THEN
        v_rule := 'sludge_received_left_before';
    ELSIF NEW.step = 'receive' AND EXISTS (SELECT FROM fsm_event e WHERE e.request_id = NEW.request_id
                                           AND e.step = 'depart' AND e.trip = NEW.trip AND e.by_id = NEW.by_id) THEN
        v_rule := 'sludge_received_by_another';
    ELSIF (NEW.step = 'finish' AND (NEW.after = 'received') <> (v_left = v_came))
       OR (NEW.step = 'receive' AND NEW.before = 'in_transit'
           AND (NEW.after = 'received') <> (v_left = v_came + 1)) THEN
        v_rule := 'received_when_every_trip_is_in';
    END IF;
    IF v_rule IS NOT NULL THEN
        RAISE EXCEPTION '%: request %, step % from "%" to "%"', v_rule, NEW.request_id, NEW.step, v_state, NEW.after
            USING ERRCODE = '23514', TABLE = 'fsm_event', CONSTRAINT = v_rule;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER sludge_event_fits BEFORE INSERT ON fsm_event FOR EACH ROW EXECUTE FUNCTION fsm_check_event();

CREATE FUNCTION fsm_move_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE fsm_request SET state = NEW.after WHERE id = NEW.request_id AND state <> NEW.after;
    RETURN NULL;
END
$$;
CREATE TRIGGER state_follows_events AFTER INSERT ON fsm_event FOR EACH ROW EXECUTE FUNCTION fsm_move_request();

-- A request keeps what was asked; its state moves only by an event, its containment is named before the verification.
CREATE FUNCTION fsm_keep_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> '' THEN
            RAISE EXCEPTION 'state_is_the_fold_of_events: request % begins without a state', NEW.id
                USING ERRCODE = '23514', TABLE = 'fsm_request', CONSTRAINT = 'state_is_the_fold_of_events';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state <> OLD.state AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'state_is_the_fold_of_events: request % moves only by an event', OLD.id
            USING ERRCODE = '23514', TABLE = 'fsm_request', CONSTRAINT = 'state_is_the_fold_of_events';
    END IF;
    IF NEW.containment_id IS DISTINCT FROM OLD.containment_id AND OLD.state <> 'requested' THEN
        RAISE EXCEPTION 'containment_stays_after_verification: request %', OLD.id
            USING ERRCODE = '23514', TABLE = 'fsm_request', CONSTRAINT = 'containment_stays_after_verification';
    END IF;
    IF (NEW.id, NEW.number, NEW.channel, NEW.ward_id, NEW.requested_at, NEW.requested_by_id)
       IS DISTINCT FROM (OLD.id, OLD.number, OLD.channel, OLD.ward_id, OLD.requested_at, OLD.requested_by_id) THEN
        RAISE EXCEPTION 'request_stays_as_asked: request %', OLD.id
            USING ERRCODE = '23514', TABLE = 'fsm_request', CONSTRAINT = 'request_stays_as_asked';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER request_keeps_its_word BEFORE INSERT OR UPDATE ON fsm_request
    FOR EACH ROW EXECUTE FUNCTION fsm_keep_request();

-- A request without its first event would block its containment and stand on no board: refused at COMMIT.
CREATE FUNCTION fsm_request_has_begun() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM fsm_event WHERE request_id = NEW.id) THEN
        RAISE EXCEPTION 'request_has_its_first_event: request %', NEW.id
            USING ERRCODE = '23514', TABLE = 'fsm_request', CONSTRAINT = 'request_has_its_first_event';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER request_has_its_first_event AFTER INSERT ON fsm_request
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fsm_request_has_begun();

-- The facts of an event belong to an event of that kind, of that request, and are possible.
CREATE FUNCTION fsm_check_facts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_event fsm_event%ROWTYPE;
    v_trip fsm_trip%ROWTYPE;
    v_rule text;
BEGIN
    SELECT * INTO v_event FROM fsm_event WHERE id = NEW.event_id;
    IF TG_TABLE_NAME = 'fsm_assignment' THEN
        IF v_event.step IS DISTINCT FROM 'assign' OR v_event.request_id <> NEW.request_id THEN
            v_rule := 'assignment_belongs_to_its_event';
        ELSIF NOT EXISTS (SELECT FROM fsm_vehicle WHERE id = NEW.vehicle_id AND provider_id = NEW.provider_id)
           OR NOT EXISTS (SELECT FROM fsm_crewmember
                          WHERE id = NEW.driver_id AND provider_id = NEW.provider_id AND kind = 'driver') THEN
            v_rule := 'vehicle_and_driver_of_one_provider';
        END IF;
    ELSIF TG_TABLE_NAME = 'fsm_trip' THEN
        IF v_event.step IS DISTINCT FROM 'depart' OR v_event.request_id <> NEW.request_id
           OR v_event.trip <> NEW.number THEN
            v_rule := 'trip_belongs_to_its_event';
        ELSIF v_event.volume_m3 > (SELECT capacity_m3 FROM fsm_vehicle WHERE id = NEW.vehicle_id) THEN
            v_rule := 'trip_fits_the_vehicle';
        END IF;
    ELSE
        SELECT * INTO v_trip FROM fsm_trip WHERE event_id = NEW.trip_id;
        IF v_event.step IS DISTINCT FROM 'receive' OR v_event.request_id <> v_trip.request_id
           OR v_event.trip <> v_trip.number THEN
            v_rule := 'delivery_belongs_to_its_trip';
        END IF;
    END IF;
    IF v_rule IS NOT NULL THEN
        RAISE EXCEPTION '%: event %', v_rule, NEW.event_id
            USING ERRCODE = '23514', TABLE = TG_TABLE_NAME, CONSTRAINT = v_rule;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER facts_fit BEFORE INSERT ON fsm_assignment FOR EACH ROW EXECUTE FUNCTION fsm_check_facts();
CREATE TRIGGER facts_fit BEFORE INSERT ON fsm_trip FOR EACH ROW EXECUTE FUNCTION fsm_check_facts();
CREATE TRIGGER facts_fit BEFORE INSERT ON fsm_delivery FOR EACH ROW EXECUTE FUNCTION fsm_check_facts();

-- The fee is for what was taken, once; the money for it is its whole amount, once at a time.
CREATE FUNCTION fsm_check_charge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.volume_m3 IS DISTINCT FROM (SELECT sum(volume_m3) FROM fsm_event
                                       WHERE request_id = NEW.request_id AND step = 'depart')
       OR NOT EXISTS (SELECT FROM fsm_event
                      WHERE id = NEW.event_id AND request_id = NEW.request_id AND step = 'finish') THEN
        RAISE EXCEPTION 'fee_is_for_the_volume_taken: request %', NEW.request_id
            USING ERRCODE = '23514', TABLE = 'fsm_charge', CONSTRAINT = 'fee_is_for_the_volume_taken';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER fee_is_for_the_volume_taken BEFORE INSERT ON fsm_charge
    FOR EACH ROW EXECUTE FUNCTION fsm_check_charge();

CREATE FUNCTION fsm_check_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_charge fsm_charge%ROWTYPE;
BEGIN
    SELECT * INTO v_charge FROM fsm_charge WHERE id = NEW.charge_id;
    -- Two payments at once: the second waits for the first here.
    PERFORM 1 FROM fsm_request WHERE id = v_charge.request_id FOR UPDATE;
    IF NEW.amount <> v_charge.amount THEN
        RAISE EXCEPTION 'sludge_fee_paid_in_full: % of %', NEW.amount, v_charge.amount
            USING ERRCODE = '23514', TABLE = 'fsm_payment', CONSTRAINT = 'sludge_fee_paid_in_full';
    END IF;
    IF EXISTS (SELECT FROM fsm_payment p WHERE p.charge_id = NEW.charge_id
               AND NOT EXISTS (SELECT FROM fsm_reversal r WHERE r.payment_id = p.id)) THEN
        RAISE EXCEPTION 'sludge_fee_paid_once: charge %', NEW.charge_id
            USING ERRCODE = '23514', TABLE = 'fsm_payment', CONSTRAINT = 'sludge_fee_paid_once';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER sludge_fee_paid_once BEFORE INSERT ON fsm_payment FOR EACH ROW EXECUTE FUNCTION fsm_check_payment();

CREATE FUNCTION fsm_check_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM fsm_payment p WHERE p.id = NEW.payment_id AND p.taken_by_id = NEW.reversed_by_id) THEN
        RAISE EXCEPTION 'sludge_reversal_by_another_officer: payment %', NEW.payment_id
            USING ERRCODE = '23514', TABLE = 'fsm_reversal', CONSTRAINT = 'sludge_reversal_by_another_officer';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER sludge_reversal_by_another_officer BEFORE INSERT ON fsm_reversal
    FOR EACH ROW EXECUTE FUNCTION fsm_check_reversal();

-- A tariff is law for the fees asked under it: only its end may still be set.
CREATE FUNCTION fsm_keep_tariff() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR lower(NEW.valid) IS DISTINCT FROM lower(OLD.valid) OR isempty(NEW.valid)
       OR (NEW.id, NEW.call_out_amount, NEW.per_m3_amount, NEW.minimum_amount, NEW.authority)
          IS DISTINCT FROM (OLD.id, OLD.call_out_amount, OLD.per_m3_amount, OLD.minimum_amount, OLD.authority) THEN
        RAISE EXCEPTION 'sludge_tariff_stays: tariff % is adopted; adopt another one', OLD.id
            USING ERRCODE = '23514', TABLE = 'fsm_tariff', CONSTRAINT = 'sludge_tariff_stays';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER sludge_tariff_stays BEFORE UPDATE OR DELETE ON fsm_tariff
    FOR EACH ROW EXECUTE FUNCTION fsm_keep_tariff();
