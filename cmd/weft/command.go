package main

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/urfave/cli/v3"
)

// newCommand returns the tree of commands. urfave/cli brings none of its own
// dependencies into the binary, prints help by sub-command, suggests what was
// meant by a misspelt flag, and reads flags from the environment too.
func newCommand(stdin io.Reader, stdout, stderr io.Writer) *cli.Command {
	root := &cli.Command{
		Name:      "weft",
		Usage:     "an Apollo Federation router",
		UsageText: "weft COMMAND [flags]",
		Description: "Try it:      weft demo\n" +
			"Run it:      weft serve -c config.yaml\n" +
			"             weft serve --supergraph FILE --listen 127.0.0.1:4000",
		Commands: []*cli.Command{
			serveCommand(),
			demoCommand(),
			planCommand(),
			composeCommand(),
			checkCommand(),
			mockCommand(),
			configCommand(),
			healthCommand(),
			versionCommand(),
		},
		Action:    group,
		Reader:    stdin,
		Writer:    stdout,
		ErrWriter: stderr,
		Suggest:   true,
		// What went wrong is printed by run, and once.
		ExitErrHandler: func(context.Context, *cli.Command, error) {},
	}
	setUp(root)
	return root
}

// setUp gives every command the same manners.
func setUp(c *cli.Command) {
	c.OnUsageError = func(_ context.Context, c *cli.Command, err error, _ bool) error {
		if name, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: "); ok {
			return unknownFlag(c, strings.TrimLeft(name, "-"))
		}
		return usagef(c, "%s", strings.TrimSuffix(err.Error(), "."))
	}
	for _, sub := range c.Commands {
		sub.HideHelpCommand = true // weft help COMMAND and --help are enough
		setUp(sub)
	}
}

func unknownFlag(c *cli.Command, name string) error {
	if near := cli.SuggestFlag(c.Flags, name, true); near != "" {
		return usagef(c, "there is no flag --%s; did you mean %s?", name, near)
	}
	return usagef(c, "there is no flag --%s", name)
}

// group is the action of a command that has only sub-commands.
func group(_ context.Context, c *cli.Command) error {
	if !c.Args().Present() {
		return cli.ShowSubcommandHelp(c)
	}
	name := c.Args().First()
	if near := cli.SuggestCommand(c.VisibleCommands(), name); near != "" {
		return usagef(c, "there is no command %q; did you mean %q?", name, near)
	}
	return usagef(c, "there is no command %q", name)
}

// noArguments refuses what stands behind the flags.
func noArguments(c *cli.Command) error {
	if c.Args().Present() {
		return usagef(c, "%q is one word too many", c.Args().First())
	}
	return nil
}

// A usageError says that weft was asked in a way it does not understand.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func usagef(c *cli.Command, format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...) + "; see " + c.FullName() + " --help"}
}

func versionCommand() *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "print what this binary was built from",
		Action: func(_ context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			fmt.Fprintln(c.Root().Writer, version())
			return nil
		},
	}
}

// version is the module's version and the commit, as far as the build knows.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "weft (unknown build)"
	}
	v := info.Main.Version
	if v == "" {
		v = "(devel)"
	}
	commit, modified := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = " " + s.Value[:min(len(s.Value), 12)]
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = " (modified)"
		}
	}
	return "weft " + v + commit + modified + " " + info.GoVersion
}
