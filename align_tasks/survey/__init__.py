"""Survey items: their texts, the answers that people gave, and the items where two countries differ most."""
