//! Answers about networks.
