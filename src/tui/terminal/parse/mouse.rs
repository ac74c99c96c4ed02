//! The mouse report that a complete SGR sequence holds: `ESC [ < button ; x ; y` and `M`, or `m`
//! where a button was let go. Older spellings are swallowed whole by the parser: they have no
//! coordinates beyond 223, and bytes in them that look like keys.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

const SHIFT: u8 = 4;
const ALT: u8 = 8;
const CONTROL: u8 = 16;
const MOTION: u8 = 32;
const WHEEL: u8 = 64;

/// Reads what stands between `ESC [ <` and `end`. `None` for buttons beyond the third, for motion
/// without a button, and for what no terminal sends.
pub(super) fn report(parameters: &[u8], end: u8) -> Option<MouseEvent> {
    let is_release = match end {
        b'M' => false,
        b'm' => true,
        _ => return None,
    };
    let mut fields = std::str::from_utf8(parameters).ok()?.split(';');
    let code: u8 = number(fields.next()?)?.try_into().ok()?;
    // Cells are counted from 1.
    let column = number(fields.next()?)?.checked_sub(1)?;
    let row = number(fields.next()?)?.checked_sub(1)?;
    let kind = match code & !(SHIFT | ALT | CONTROL) {
        WHEEL if !is_release => MouseEventKind::ScrollUp,
        code if code == WHEEL + 1 && !is_release => MouseEventKind::ScrollDown,
        code if code == WHEEL + 2 && !is_release => MouseEventKind::ScrollLeft,
        code if code == WHEEL + 3 && !is_release => MouseEventKind::ScrollRight,
        code => {
            let button = match code & !MOTION {
                0 => MouseButton::Left,
                1 => MouseButton::Middle,
                2 => MouseButton::Right,
                _ => return None,
            };
            match (is_release, code & MOTION != 0) {
                (true, _) => MouseEventKind::Up(button),
                (false, true) => MouseEventKind::Drag(button),
                (false, false) => MouseEventKind::Down(button),
            }
        }
    };
    let mut modifiers = KeyModifiers::NONE;
    modifiers.set(KeyModifiers::SHIFT, code & SHIFT != 0);
    modifiers.set(KeyModifiers::ALT, code & ALT != 0);
    modifiers.set(KeyModifiers::CONTROL, code & CONTROL != 0);
    (fields.next().is_none()).then_some(MouseEvent {
        kind,
        column,
        row,
        modifiers,
    })
}

/// A number in digits alone: no sign, nothing beyond what a window can have.
fn number(field: &str) -> Option<u16> {
    let is_number = field.bytes().all(|byte| byte.is_ascii_digit());
    field.parse().ok().filter(|_| is_number)
}
