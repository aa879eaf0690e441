//! Which capabilities and which triggers, in the original's words.

use amplify_sdk::prelude::*;

use super::{
    Chosen, capability,
    modules::{CUSTOM, Trigger},
};
use crate::ask::{Draft, several};

/// Asks for capabilities. What is chosen for triggers beyond them stays.
///
/// # Errors
/// An answer that is missing or does not fit.
pub fn capabilities(context: &mut Context<'_>, draft: &mut Draft) -> Result<(), PluginError> {
    let mut chosen = Chosen::of(&draft.settings);
    let enabled: Vec<String> =
        capability::ALL.iter().filter(|each| each.enabled(&chosen)).map(|each| each.value.to_owned()).collect();
    let choices = capability::ALL.iter().map(|each| Choice::new(each.value, each.label)).collect();
    let text = "Do you want to enable any of the following capabilities?";
    let wanted = several(context, Question::multi_select("auth.triggers", text, choices, 0), &enabled)?;
    for each in &capability::ALL {
        let wanted = wanted.iter().any(|value| value == each.value);
        // Somebody may have chosen a part of one, module by module: that stays unless the answer is another than what is there.
        if wanted != enabled.iter().any(|value| value == each.value) {
            each.set(wanted, &mut chosen);
        }
    }
    draft.triggers = Some(chosen);
    Ok(())
}

/// Asks for triggers one by one, and for the modules of each.
///
/// # Errors
/// An answer that is missing or does not fit.
pub fn triggers(context: &mut Context<'_>, draft: &mut Draft) -> Result<(), PluginError> {
    let present = draft.triggers.clone().unwrap_or_else(|| Chosen::of(&draft.settings));
    let text = "Do you want to configure Lambda Triggers for Cognito?";
    if !context.confirm("auth.configureTriggers", text, true)? {
        return Ok(());
    }
    let choices = Trigger::ALL.map(|trigger| Choice::new(trigger.name(), trigger.label())).to_vec();
    let text = "Which triggers do you want to enable for Cognito";
    let mut question = Question::multi_select("auth.enabledTriggers", text, choices, 0);
    question.help = Some(
        "A trigger is a moment at which the user pool calls a function of yours. See \
         https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-identity-pools-working-with-aws-lambda-triggers.html"
            .into(),
    );
    let names: Vec<String> = present.iter().map(|(trigger, _)| trigger.name().to_owned()).collect();
    let mut chosen = Chosen::default();
    for trigger in several(context, question, &names)?.iter().filter_map(|name| Trigger::of(name)) {
        let offered: Vec<Choice> = trigger.modules().map(|module| Choice::new(module.name, module.label)).collect();
        let choices = offered.into_iter().chain([Choice::new(CUSTOM, "Create your own module")]).collect();
        let text = format!("What functionality do you want to use for {}", trigger.label());
        let key = format!("auth.modules.{}", trigger.name());
        let mut question = Question::multi_select(key, text, choices, 0);
        let about: Vec<String> =
            trigger.modules().map(|module| format!("{}: {}", module.label, module.about)).collect();
        question.help = (!about.is_empty()).then(|| about.join("\n"));
        // What somebody named by hand in the settings is no choice here, and stays.
        let own = present
            .modules(trigger)
            .iter()
            .filter(|name| name.as_str() != CUSTOM && !trigger.modules().any(|module| module.name == name.as_str()));
        for module in several(context, question, present.modules(trigger))?.iter().chain(own) {
            chosen.add(trigger, module);
        }
    }
    draft.triggers = Some(chosen);
    Ok(())
}
