//! Answers about volumes.
