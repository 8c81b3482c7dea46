//! JSON that is edited without being understood: what we do not know survives as it came.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A JSON object as ordered pairs of name and raw text.
///
/// Editing one field leaves every byte of the others alone.
#[derive(Clone, Debug, Default)]
pub struct RawObject<'a>(Vec<(Cow<'a, str>, Cow<'a, RawValue>)>);

impl<'a> RawObject<'a> {
    /// Reads an object.
    ///
    /// # Errors
    /// When the bytes are not one JSON object.
    pub fn parse(bytes: &'a [u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(bytes)
    }

    /// The raw text of a field.
    pub fn get(&self, name: &str) -> Option<&RawValue> {
        self.0
            .iter()
            .find(|(have, _)| have == name)
            .map(|(_, value)| &**value)
    }

    /// A field read into a type; none where it is missing or of another type.
    pub fn read<T: for<'de> Deserialize<'de>>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.get(name)?.get()).ok()
    }

    /// Replaces a field where it stands, or appends it.
    pub fn set(&mut self, name: &str, value: Box<RawValue>) {
        let value = Cow::Owned(value);
        match self.0.iter_mut().find(|(have, _)| have == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((Cow::Owned(name.to_owned()), value)),
        }
    }

    /// Replaces a field by a text, or appends it.
    pub fn set_str(&mut self, name: &str, text: &str) {
        if let Ok(value) = serde_json::value::to_raw_value(text) {
            self.set(name, value);
        }
    }

    /// Takes a field out.
    pub fn remove(&mut self, name: &str) -> Option<Box<RawValue>> {
        let at = self.0.iter().position(|(have, _)| have == name)?;
        Some(self.0.remove(at).1.into_owned())
    }

    /// Every field in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Writes the object; `at` hears of every field where its value begins and ends.
    pub fn write(&self, out: &mut Vec<u8>, mut at: impl FnMut(&str, usize, usize)) {
        out.push(b'{');
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write_str(out, name);
            out.push(b':');
            let begin = out.len();
            out.extend_from_slice(value.get().as_bytes());
            at(name, begin, out.len());
        }
        out.push(b'}');
    }

    /// The object as bytes.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out, |_, _, _| ());
        out
    }

    /// The object as one raw value.
    pub fn to_raw(&self) -> Option<Box<RawValue>> {
        RawValue::from_string(String::from_utf8(self.to_vec()).ok()?).ok()
    }
}

/// Writes a text as a JSON string, quotes included.
pub fn write_str(out: &mut Vec<u8>, text: &str) {
    // Writing a string into a vector has no way to fail.
    let _ = serde_json::to_writer(out, text);
}

impl<'de: 'a, 'a> Deserialize<'de> for RawObject<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = RawObject<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::with_capacity(16);
                while let Some(name) = map.next_key::<Name<'de>>()? {
                    let value: &'de RawValue = map.next_value()?;
                    pairs.push((name.0, Cow::Borrowed(value)));
                }
                Ok(RawObject(pairs))
            }
        }

        deserializer.deserialize_map(Pairs)
    }
}

/// A field's name, borrowed unless it holds escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_edited_stays_byte_for_byte() {
        let text =
            r#"{"a":1.00,"b\"":[ 1, {"x" : null}],"N":"x","big":123456789012345678901234567890}"#;
        let mut object = RawObject::parse(text.as_bytes()).unwrap();
        assert_eq!(object.to_vec(), text.as_bytes());
        object.set_str("N", "y\n");
        object.set_str("new", "z");
        assert_eq!(object.read::<String>("N").as_deref(), Some("y\n"));
        assert_eq!(object.read::<String>("a"), None);
        let edited = String::from_utf8(object.to_vec()).unwrap();
        let expected = text.replace(r#""x","big""#, r#""y\n","big""#);
        assert_eq!(
            edited,
            format!("{},\"new\":\"z\"}}", &expected[..expected.len() - 1])
        );
        assert_eq!(object.remove("new").unwrap().get(), "\"z\"");
        assert!(object.remove("new").is_none());
    }

    #[test]
    fn positions_are_those_of_the_values() {
        let object = RawObject::parse(br#"{"a":[1],"Status":"Up"}"#).unwrap();
        let (mut out, mut found) = (Vec::new(), 0..0);
        object.write(&mut out, |name, begin, end| {
            if name == "Status" {
                found = begin..end;
            }
        });
        assert_eq!(&out[found], br#""Up""#);
    }

    #[test]
    fn only_objects_are_read() {
        for bad in ["[]", "1", "{", "{\"a\":}", "{}x", ""] {
            assert!(RawObject::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
