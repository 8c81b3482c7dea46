//! Images on many nodes, and what prunes leave of them and of the rest.

mod prune;
