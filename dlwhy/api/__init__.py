"""What `import dlwhy` hands on: the commands as functions, for scripts and notebooks."""
