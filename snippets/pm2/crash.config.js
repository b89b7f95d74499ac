const again = { script: "/srv/again.sh", interpreter: "sh" };

module.exports = {
  apps: [
    { name: "crash", args: "1", ...again },
    { name: "done", args: "0", ...again },
    { name: "once", args: "0", stop_exit_codes: [0], ...again },
  ],
};
