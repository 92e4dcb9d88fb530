"""Pages for people: templates that escape everything, markdown that is cleaned, one stylesheet."""
