//! The prompt that puts choices into an order: Shift and the arrow keys move one, or the order is typed.

use std::io::Write;

use amplify_plugin_abi::{
    check,
    question::{Choice, Question},
};
use crossterm::{
    cursor,
    event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers},
    queue,
    terminal::{self, Clear, ClearType},
};
use inquire::InquireError;
use serde_json::Value;

/// What is on the screen: the order so far, the row in hand, and what was typed instead.
struct Sorting {
    order: Vec<usize>,
    cursor: usize,
    typed: String,
    wrong: String,
}

/// What a key leads to.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Again,
    Accept,
    Stop,
}

/// Asks for an order.
pub fn ask(question: &Question, choices: &[Choice]) -> Result<Value, InquireError> {
    let mut sorting =
        Sorting { order: (0..choices.len()).collect(), cursor: 0, typed: String::new(), wrong: String::new() };
    terminal::enable_raw_mode()?;
    let result = run(question, choices, &mut sorting);
    terminal::disable_raw_mode()?;
    result
}

fn run(question: &Question, choices: &[Choice], sorting: &mut Sorting) -> Result<Value, InquireError> {
    let mut stderr = std::io::stderr();
    loop {
        let lines = sorting.lines(&question.text, choices);
        for line in &lines {
            write!(stderr, "{line}\r\n")?;
        }
        stderr.flush()?;
        let next = match event::read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => sorting.press(key),
            _ => Next::Again,
        };
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        queue!(stderr, cursor::MoveUp(height), cursor::MoveToColumn(0), Clear(ClearType::FromCursorDown))?;
        match next {
            Next::Again => {}
            Next::Stop => {
                write!(stderr, "? {} <canceled>\r\n", question.text)?;
                return Err(InquireError::OperationInterrupted);
            }
            Next::Accept => match check::answer(question, &sorting.answer(choices)) {
                Ok(answer) => {
                    let labels: Vec<&str> = sorting.order.iter().map(|at| choices[*at].label.as_str()).collect();
                    let shown = if sorting.typed.is_empty() { labels.join(", ") } else { sorting.typed.clone() };
                    write!(stderr, "✔ {} · {shown}\r\n", question.text.trim())?;
                    return Ok(answer);
                }
                Err(wrong) => sorting.wrong = wrong,
            },
        }
    }
}

impl Sorting {
    fn press(&mut self, key: KeyEvent) -> Next {
        self.wrong.clear();
        let shift = key.modifiers.contains(KeyModifiers::SHIFT);
        let last = self.order.len().saturating_sub(1);
        match key.code {
            KeyCode::Enter => return Next::Accept,
            KeyCode::Esc => return Next::Stop,
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => return Next::Stop,
            KeyCode::Up | KeyCode::Left if shift && self.cursor > 0 => {
                self.order.swap(self.cursor, self.cursor - 1);
                self.cursor -= 1;
            }
            KeyCode::Down | KeyCode::Right if shift && self.cursor < last => {
                self.order.swap(self.cursor, self.cursor + 1);
                self.cursor += 1;
            }
            KeyCode::Up if !shift => self.cursor = self.cursor.saturating_sub(1),
            KeyCode::Down if !shift => self.cursor = (self.cursor + 1).min(last),
            KeyCode::Backspace => {
                self.typed.pop();
            }
            KeyCode::Char(letter) => self.typed.push(letter),
            _ => {}
        }
        Next::Again
    }

    fn answer(&self, choices: &[Choice]) -> Value {
        if self.typed.trim().is_empty() {
            self.order.iter().map(|at| Value::from(choices[*at].value.clone())).collect()
        } else {
            Value::from(self.typed.trim())
        }
    }

    fn lines(&self, text: &str, choices: &[Choice]) -> Vec<String> {
        let mut lines =
            vec![format!("? {}  (Use <shift>+<up/down> to change the order, or type it with commas)", text.trim())];
        for (row, at) in self.order.iter().enumerate() {
            let mark = if row == self.cursor { ">" } else { " " };
            lines.push(format!("{mark} {}. {}", row + 1, choices[*at].label));
        }
        if !self.typed.is_empty() {
            lines.push(format!("order: {}", self.typed));
        }
        if !self.wrong.is_empty() {
            lines.push(format!(">> {}", self.wrong));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorting() -> (Sorting, Vec<Choice>) {
        let choices = vec![Choice::same("a"), Choice::same("b"), Choice::same("c")];
        (Sorting { order: vec![0, 1, 2], cursor: 0, typed: String::new(), wrong: String::new() }, choices)
    }

    #[test]
    fn shift_and_arrows_move_the_row_in_hand() {
        let (mut sorting, choices) = sorting();
        sorting.press(KeyEvent::new(KeyCode::Down, KeyModifiers::SHIFT));
        assert_eq!(sorting.answer(&choices), Value::from(vec!["b", "a", "c"]));
        sorting.press(KeyEvent::new(KeyCode::Down, KeyModifiers::NONE));
        sorting.press(KeyEvent::new(KeyCode::Up, KeyModifiers::SHIFT));
        assert_eq!(sorting.answer(&choices), Value::from(vec!["b", "c", "a"]));
        assert_eq!(sorting.press(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)), Next::Accept);
    }

    #[test]
    fn an_order_can_be_typed() {
        let (mut sorting, choices) = sorting();
        for letter in "c,a,b".chars() {
            sorting.press(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE));
        }
        let question = Question::sort("k", "?", choices.clone());
        assert_eq!(check::answer(&question, &sorting.answer(&choices)), Ok(Value::from(vec!["c", "a", "b"])));
    }

    #[test]
    fn control_c_stops() {
        let (mut sorting, _) = sorting();
        assert_eq!(sorting.press(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)), Next::Stop);
    }
}
