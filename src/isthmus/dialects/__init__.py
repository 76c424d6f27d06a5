"""Wire formats, sans-IO."""
