"""The served version: gates, promotion, rollback, retraining."""
