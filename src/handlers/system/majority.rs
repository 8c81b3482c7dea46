//! One value for many nodes: the one that most of them have.

use std::hash::Hash;

use rustc_hash::FxHashMap;

/// The most frequent value, counting weights; of equals, the one seen first.
pub(super) fn majority<T: Eq + Hash + Copy>(values: impl Iterator<Item = (T, usize)>) -> Option<T> {
    let mut counts: FxHashMap<T, (usize, usize)> = FxHashMap::default();
    for (order, (value, weight)) in values.enumerate() {
        counts.entry(value).or_insert((0, order)).0 += weight;
    }
    let most = |(_, (count, order)): &(T, (usize, usize))| (*count, std::cmp::Reverse(*order));
    counts.into_iter().max_by_key(most).map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_wins_and_the_first_of_equals() {
        let of = |values: &[(&'static str, usize)]| majority(values.iter().copied());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[("a", 1), ("b", 1), ("b", 1)]), Some("b"));
        assert_eq!(of(&[("a", 1), ("b", 1)]), Some("a"));
        assert_eq!(of(&[("a", 1), ("b", 3), ("a", 1)]), Some("b"));
    }
}
