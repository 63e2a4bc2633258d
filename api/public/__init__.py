"""The registry for anybody 公众查询."""
