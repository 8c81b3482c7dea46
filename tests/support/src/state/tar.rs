//! Just enough tar to keep files in memory and to read and write what `docker save` makes.

use bytes::Bytes;

const BLOCK: usize = 512;

/// An entry: its path without a leading `/`, and its bytes; a directory's path ends with `/`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TarFile {
    pub(crate) path: String,
    pub(crate) mode: u32,
    pub(crate) data: Bytes,
}

/// Reads plain files and directories; other kinds of entry are passed over.
pub(crate) fn read_tar(tar: &Bytes) -> Option<Vec<TarFile>> {
    let mut files = Vec::new();
    let mut at = 0;
    while let Some(head) = tar.get(at..at + BLOCK) {
        if head.iter().all(|byte| *byte == 0) {
            return Some(files);
        }
        let size = octal(head.get(124..136)?)?;
        let start = at + BLOCK;
        let end = start.checked_add(size)?;
        if end > tar.len() {
            return None;
        }
        let kind = head[156];
        let mut path = text(&head[345..500]);
        if !path.is_empty() && head[257..262] == *b"ustar" {
            path.push('/');
        } else {
            path.clear();
        }
        path.push_str(&text(&head[..100]));
        let path = path
            .trim_start_matches("./")
            .trim_start_matches('/')
            .to_owned();
        let mode = octal(&head[100..108])? as u32;
        match kind {
            b'0' | 0 => files.push(TarFile {
                path,
                mode,
                data: tar.slice(start..end),
            }),
            b'5' => files.push(TarFile {
                path,
                mode,
                data: Bytes::new(),
            }),
            _ => {}
        }
        at = end.div_ceil(BLOCK) * BLOCK;
    }
    // An archive without its end marker counts only if it holds something.
    (!files.is_empty()).then_some(files)
}

/// Writes entries as a ustar archive with its end marker.
pub(crate) fn write_tar(files: &[TarFile]) -> Bytes {
    let mut out = Vec::new();
    for file in files {
        let mut head = [0u8; BLOCK];
        let name = &file.path.as_bytes()[..file.path.len().min(100)];
        head[..name.len()].copy_from_slice(name);
        head[100..107].copy_from_slice(format!("{:07o}", file.mode & 0o7777).as_bytes());
        head[108..115].copy_from_slice(b"0000000");
        head[116..123].copy_from_slice(b"0000000");
        head[124..135].copy_from_slice(format!("{:011o}", file.data.len()).as_bytes());
        head[136..147].copy_from_slice(b"00000000000");
        head[156] = if file.path.ends_with('/') { b'5' } else { b'0' };
        head[257..265].copy_from_slice(b"ustar\x0000");
        head[148..156].copy_from_slice(b"        ");
        let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
        head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out.extend_from_slice(&head);
        out.extend_from_slice(&file.data);
        out.resize(out.len().div_ceil(BLOCK) * BLOCK, 0);
    }
    out.resize(out.len() + 2 * BLOCK, 0);
    out.into()
}

fn text(field: &[u8]) -> String {
    let end = field
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

fn octal(field: &[u8]) -> Option<usize> {
    let text = text(field);
    let digits = text.trim();
    if digits.is_empty() {
        Some(0)
    } else {
        usize::from_str_radix(digits, 8).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let files = vec![
            TarFile {
                path: "dir/".into(),
                mode: 0o755,
                data: Bytes::new(),
            },
            TarFile {
                path: "dir/a".into(),
                mode: 0o644,
                data: Bytes::from(vec![7; 1000]),
            },
        ];
        assert_eq!(read_tar(&write_tar(&files)), Some(files));
    }

    #[test]
    fn noise_is_no_archive() {
        assert_eq!(read_tar(&Bytes::from_static(b"nope")), None);
        assert_eq!(read_tar(&Bytes::from(vec![b'x'; 2000])), None);
    }
}
