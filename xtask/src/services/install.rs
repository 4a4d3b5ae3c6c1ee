//! Installing what is absent, where that may be done: as root on Debian and its children, after saying so.

use super::Service;
use crate::process::works;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};

/// Installs the packages, or prints the one line that would.
pub(crate) fn install(missing: &[Service], may_install: bool) {
    let names: Vec<&str> = missing.iter().map(|s| s.name()).collect();
    let packages: Vec<&str> = missing.iter().map(|s| s.package()).collect();
    let machine = Machine {
        debian: Path::new("/etc/debian_version").exists() && Path::new("/usr/bin/apt-get").exists(),
        root: std::fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0),
        mac: cfg!(target_os = "macos"),
    };
    let line = match way(&machine, &packages, may_install) {
        Way::Install(line) => line,
        Way::Say(type_this) => {
            eprintln!("absent: {}. To have them:\n\n    {type_this}\n", names.join(", "));
            return;
        }
    };
    eprintln!("absent: {}. Installing (forbid it with --no-install):\n\n    {line}\n", names.join(", "));
    // The packages would start their servers on the standard ports: this tells them not to.
    let _quiet = Quiet::new();
    if !apt(&["install", "-y", "--no-install-recommends"], &packages) {
        apt(&["update"], &[]);
        if !apt(&["install", "-y", "--no-install-recommends"], &packages) {
            eprintln!("apt-get could not install them.");
        }
    }
}

struct Machine {
    debian: bool,
    root: bool,
    mac: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Way {
    /// this line is run
    Install(String),
    /// this line is for a person to type
    Say(String),
}

fn way(machine: &Machine, packages: &[&str], may_install: bool) -> Way {
    let packages = packages.join(" ");
    let line = format!("apt-get install -y --no-install-recommends {packages}");
    match machine {
        Machine { debian: true, root: true, .. } if may_install => Way::Install(line),
        Machine { debian: true, root: true, .. } => Way::Say(line),
        Machine { debian: true, .. } => Way::Say(format!("sudo {line}")),
        Machine { mac: true, .. } => Way::Say("brew install postgresql mariadb redis".to_owned()),
        _ => Way::Say(format!("install these with your package manager: {packages}")),
    }
}

fn apt(args: &[&str], packages: &[&str]) -> bool {
    let mut command = Command::new("apt-get");
    command.args(["-qq", "-o", "DPkg::Lock::Timeout=120"]).args(args).args(packages);
    command.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1").stdin(Stdio::null());
    command.stdout(Stdio::null()).status().is_ok_and(|s| s.success())
}

const POLICY: &str = "/usr/sbin/policy-rc.d";
const KEPT: &str = "/usr/sbin/policy-rc.d.kept-by-framewright";

/// While it lives, packages do not start their services.
struct Quiet {
    ours: bool,
}

impl Quiet {
    fn new() -> Self {
        let forbids = Command::new(POLICY).args(["postgresql", "start"]).status();
        if forbids.is_ok_and(|s| s.code() == Some(101)) {
            return Self { ours: false };
        }
        if Path::new(POLICY).exists() && std::fs::rename(POLICY, KEPT).is_err() {
            return Self { ours: false };
        }
        let ours = std::fs::write(POLICY, "#!/bin/sh\nexit 101\n")
            .and_then(|()| std::fs::set_permissions(POLICY, std::fs::Permissions::from_mode(0o755)))
            .is_ok();
        Self { ours }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if self.ours {
            let _ = std::fs::remove_file(POLICY);
            if Path::new(KEPT).exists() {
                works(Command::new("mv").args([KEPT, POLICY]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Machine, Way, way};

    #[test]
    fn only_root_on_debian_installs_and_only_when_it_may() {
        let on = |debian, root, mac, may| {
            way(&Machine { debian, root, mac }, &["postgresql", "redis-server"], may)
        };
        let line = "apt-get install -y --no-install-recommends postgresql redis-server";
        assert_eq!(on(true, true, false, true), Way::Install(line.to_owned()));
        assert_eq!(on(true, true, false, false), Way::Say(line.to_owned()), "--no-install refuses");
        assert_eq!(on(true, false, false, true), Way::Say(format!("sudo {line}")));
        assert!(matches!(on(false, false, true, true), Way::Say(line) if line.starts_with("brew install")));
        assert!(matches!(on(false, true, false, true), Way::Say(line) if line.contains("package manager")));
    }
}
