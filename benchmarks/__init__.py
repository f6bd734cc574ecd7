"""How right Crosstrack is: worlds of parcels with known truth, and scores of what is made of them."""
