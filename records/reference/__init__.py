"""Tables that people keep 参数表: shipped with the product, changed in the browser."""
