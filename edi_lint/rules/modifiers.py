"""MOD: modifiers on injections, visits and drugs."""
