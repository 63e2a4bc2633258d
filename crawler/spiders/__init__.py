"""The spiders: site 站点, account 公众号, re-check 核验. `visit` holds their common part."""
