//! A hundred resources of eight fields: how long does a large application take to start?

use framewright::prelude::*;

macro_rules! resources {
    ($($name:ident)*) => {$(
        /// One of a hundred.
        #[resource(policy = public)]
        pub struct $name {
            /// The title.
            #[field(length(min = 3, max = 120), filter, sort)]
            pub title: String,
            /// The text.
            #[field(text)]
            pub body: String,
            /// The address.
            #[field(email)]
            pub contact: Option<String>,
            /// The number.
            #[field(range(min = 0, max = 1000), filter, sort, default = 0)]
            pub count: i32,
            /// The price.
            #[field(sort)]
            pub price: Decimal,
            /// Whether it is there.
            #[field(filter, default = true)]
            pub active: bool,
            /// The day.
            #[field(filter, sort)]
            pub due_at: Option<Timestamp>,
            /// The first of them.
            #[field(filter)]
            pub first_id: Option<Id<R00>>,
        }
    )*};
}

resources! {
    R00 R01 R02 R03 R04 R05 R06 R07 R08 R09 R10 R11 R12 R13 R14 R15 R16 R17 R18 R19 R20 R21 R22 R23
    R24 R25 R26 R27 R28 R29 R30 R31 R32 R33 R34 R35 R36 R37 R38 R39 R40 R41 R42 R43 R44 R45 R46 R47
    R48 R49 R50 R51 R52 R53 R54 R55 R56 R57 R58 R59 R60 R61 R62 R63 R64 R65 R66 R67 R68 R69 R70 R71
    R72 R73 R74 R75 R76 R77 R78 R79 R80 R81 R82 R83 R84 R85 R86 R87 R88 R89 R90 R91 R92 R93 R94 R95
    R96 R97 R98 R99
}

fn main() -> std::process::ExitCode {
    framewright::App::new().run()
}
