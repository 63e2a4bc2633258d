"""The packages that Qingyi is built from: their licences and known vulnerabilities."""
