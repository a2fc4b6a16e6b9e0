"""Which version is to be served: gates, promotion, rollback, retraining."""
