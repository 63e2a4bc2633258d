"""The registry 登记库: its entries, their import and export as files, and the part of it that anybody may look up."""
