"""NCI: services that the payer bundles on one day."""
