using Rebound.Engine.Cli.CommandLine;

return ReboundCommandLine.Run(args);
