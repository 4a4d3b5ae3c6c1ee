//! Paid memberships: at most one per person.

use super::User;
use framewright::prelude::currency::Eur;
use framewright::prelude::*;

/// What somebody pays for.
#[derive(DbEnum)]
pub enum Level {
    /// reads everything
    Reader,
    /// keeps the lights on
    Patron,
}

// ANCHOR: membership
/// The membership of a person.
#[resource(policy = public, check = fee_fits_level)]
pub struct Membership {
    /// Whose it is. A unique foreign key makes the relation one to one.
    #[field(unique(code = "membership.exists"), filter, on_delete = cascade)]
    pub user_id: Id<User>,
    /// What it is.
    #[field(filter, sort)]
    pub level: Level,
    /// The fee in cents: money is an integer, never a float.
    #[field(range(min = 0, max = 100_000), filter, sort)]
    pub fee: Money<Eur>,
    /// The discount in percent, exact.
    #[field(precision(5, 2), range(min = 0, max = 100), default = Decimal::ZERO)]
    pub discount: Decimal,
    /// Months per payment.
    #[field(range(min = 1, max = 24), default = 12)]
    pub months: i16,
    /// The first day.
    #[field(filter, sort)]
    pub since: Date,
    /// When on the day the reminder goes out.
    pub reminder_at: Option<Time>,
}

/// A patron pays something.
fn fee_fits_level(membership: &CreateMembership) -> Result<()> {
    if membership.level == Level::Patron && membership.fee.minor() == 0 {
        return Err(Error::validation(vec![]).field("fee", "a patron pays something"));
    }
    Ok(())
}
// ANCHOR_END: membership
