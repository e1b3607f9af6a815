"""Pictures that stand for a page where it is shared: its title on the stone, 1200 × 630, drawn when first asked for."""
