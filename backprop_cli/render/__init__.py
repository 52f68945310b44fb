"""Reports and diagnostics as text: styling, and no arithmetic."""
