"""How every picture looks: style, layout, legends, letters, ticks, and the marks that pictures share."""
