"""Pages of orders: the cart, checkout, orders, quotas, paying, licences; PayPal's way in."""
