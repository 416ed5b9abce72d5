DROP TRIGGER layers_change_noted ON fsm_treatmentplant;
