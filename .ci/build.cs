// The verbs behind build.sh and build.ps1, as one program so that both doors do the same. What it says itself goes to
// standard error; standard output belongs to what a verb shows.
#:property PublishAot=false
#:property ManagePackageVersionsCentrally=false

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

string root = Environment.GetEnvironmentVariable("REBOUND_ROOT") ?? Directory.GetCurrentDirectory();
string output = Path.Combine(root, "artifacts", "rebound");
string program = Path.Combine(output, OperatingSystem.IsWindows() ? "rebound.exe" : "rebound");
bool isCi = Environment.GetEnvironmentVariable("CI") is "1" or "true";

// Ctrl-C reaches every process of the terminal; this one stays until its child has ended, to pass on the child's exit code.
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);

string verb = args.Length == 0 ? "build" : args[0];
string[] rest = args.Length == 0 ? [] : args[1..];
return verb switch
{
    "build" => Build(),
    "run" => Published() is var built and not 0 ? built : Execute(program, rest.Length == 0 ? ["abi"] : rest),
    "test" => Test(rest),
    // Without arguments BenchmarkDotNet would ask which benchmarks to run.
    // A boot is measured with the program as it is shipped.
    "perf" => rest is ["boot", ..] && Published() is var ready and not 0 ? ready : Execute(
        "dotnet",
        ["run", "--configuration", "Release", "--project", Path.Combine(root, "perf", "Benchmarks"), "--", .. rest.Length == 0 ? ["--filter", "*"] : rest]),
    "images" => Published() is var built and not 0
        ? built
        : Execute(program, ["images", "--output", Path.Combine(root, "artifacts", "guest-images"), .. rest]),
    "help" or "--help" or "-h" => Help(),
    _ => Unknown(verb),
};

int Help()
{
    Console.WriteLine(
        """
        ./build.sh [VERB [ARGS...]]      (build.ps1 takes the same)

          build           build everything and leave a runnable artifacts/rebound/rebound (the default)
          run [ARGS...]   run rebound; without arguments, the ABI comparison: rebound abi
          test [ARGS...]  run all tests; ARGS go to 'dotnet test', for example --filter Name~Cli
          perf [ARGS...]  run all benchmarks; ARGS go to BenchmarkDotNet, for example --filter '*Syscall*';
                          'perf ratios', 'perf vectors' and 'perf boot' print the tables of docs/performance.md
          images          write the guest images as ELF files to artifacts/guest-images
        """);
    return 0;
}

int Unknown(string name)
{
    Console.Error.WriteLine($"rebound: there is no verb '{name}'; the verbs are build, run, test, perf, images and help");
    return 2;
}

// The whole solution, then the program with all it needs in one folder.
int Build()
{
    int built = Execute("dotnet", ["build", Path.Combine(root, "Engine.sln"), "--configuration", "Release"], quiet: false);
    return built != 0 ? built : Publish();
}

// Compiled ahead where the compiler's package can be had; a machine without it gets the same program, which only starts slower.
int Publish()
{
    string[] publish =
        ["publish", Path.Combine(root, "engine", "Engine.Cli"), "--configuration", "Release", "--output", output, "--verbosity", "quiet"];
    int published = Execute("dotnet", [.. publish, "--runtime", RuntimeInformation.RuntimeIdentifier], quiet: true);
    if (published != 0) published = Execute("dotnet", publish, quiet: true);
    if (published == 0) File.WriteAllText(Path.Combine(output, "sources.sha256"), Fingerprint());
    return published;
}

// 'run' must not cost a build each time: the program stays as long as names, sizes and times of its sources do.
int Published()
{
    string stamp = Path.Combine(output, "sources.sha256");
    bool current = File.Exists(program) && File.Exists(stamp) && File.ReadAllText(stamp) == Fingerprint();
    return current ? 0 : Publish();
}

string Fingerprint()
{
    IEnumerable<FileInfo> files = new[] { "engine", "jit", "guest-images" }
        .SelectMany(folder => new DirectoryInfo(Path.Combine(root, folder)).EnumerateFiles("*", SearchOption.AllDirectories))
        .Concat(new DirectoryInfo(root).EnumerateFiles("*.props"))
        .OrderBy(file => file.FullName, StringComparer.Ordinal);
    var text = new StringBuilder();
    foreach (FileInfo file in files) text.Append(file.FullName).Append('|').Append(file.Length).Append('|').Append(file.LastWriteTimeUtc.Ticks).Append('\n');
    return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
}

int Test(string[] arguments)
{
    InstallWhatTestsUse();
    FetchKernel("linux-image-cloud-amd64", "cloud");
    FetchKernel("linux-image-amd64", "amd64");
    FetchRootFileSystem();
    int built = Build();
    if (built != 0) return built;

    string results = Path.Combine(root, "artifacts", "test-results");
    if (Directory.Exists(results)) Directory.Delete(results, recursive: true);
    // One project after the other: several of them time out guests, which two test hosts on two cores would disturb.
    int exitCode = Execute(
        "dotnet",
        ["test", Path.Combine(root, "Engine.sln"), "--configuration", "Release", "--no-build", "--logger", "trx", "--results-directory", results,
            "-maxcpucount:1", .. arguments]);
    (int passed, int failed, int skipped) = Count(results);
    if (exitCode != 0 && failed == 0) Console.Error.WriteLine("rebound: 'dotnet test' failed though no test did; see its messages above");
    if (isCi && skipped != 0) Console.Error.WriteLine($"rebound: {skipped} tests were skipped, and in CI none may be");
    Console.WriteLine($"{passed} passed, {failed} failed, {skipped} skipped");
    return exitCode != 0 ? 1 : failed != 0 || passed == 0 || (isCi && skipped != 0) ? 1 : 0;
}

(int Passed, int Failed, int Skipped) Count(string results)
{
    if (!Directory.Exists(results)) return default;
    List<string?> outcomes = [.. Directory.EnumerateFiles(results, "*.trx", SearchOption.AllDirectories)
        .SelectMany(file => XDocument.Load(file).Descendants().Where(element => element.Name.LocalName == "UnitTestResult"))
        .Select(result => (string?)result.Attribute("outcome"))];
    int passed = outcomes.Count(outcome => outcome == "Passed");
    int failed = outcomes.Count(outcome => outcome is "Failed" or "Error" or "Timeout" or "Aborted");
    return (passed, failed, outcomes.Count - passed - failed);
}

// Guests and emulators of other people, from Debian's packages. A machine that cannot have them still runs the rest: those
// tests then say that they are skipped, and why.
void InstallWhatTestsUse()
{
    bool mayInstall = OperatingSystem.IsLinux() && (isCi || Environment.UserName == "root") && FindTool("apt-get") is not null;
    if (!mayInstall) return;
    (string Package, Func<bool> Present)[] wanted =
    [
        ("grub-xen-host", () => File.Exists("/usr/lib/grub-xen/grub-x86_64-xen.bin")),
        ("qemu-system-x86", () => FindTool("qemu-system-x86_64") is not null),
        ("python3", () => FindTool("python3") is not null),
        ("gcc", () => FindTool("gcc") is not null),
        ("libc6-dev", () => File.Exists("/usr/lib/x86_64-linux-gnu/libc.a")),
        ("zlib1g-dev", () => File.Exists("/usr/lib/x86_64-linux-gnu/libz.a")),
        ("libsqlite3-dev", () => File.Exists("/usr/lib/x86_64-linux-gnu/libsqlite3.a")),
        ("busybox-static", () => FindTool("busybox") is not null),
        ("cpio", () => FindTool("cpio") is not null),
        ("e2fsprogs", () => File.Exists("/usr/sbin/mke2fs") || File.Exists("/sbin/mke2fs")),
        ("bzip2", () => FindTool("bzip2") is not null),
        ("xz-utils", () => FindTool("xz") is not null),
        ("zstd", () => FindTool("zstd") is not null),
        ("lz4", () => FindTool("lz4") is not null),
    ];
    string[] missing = [.. wanted.Where(tool => !tool.Present()).Select(tool => tool.Package)];
    if (missing.Length == 0) return;
    Console.Error.WriteLine($"rebound: installing {string.Join(", ", missing)} for the tests");
    string[] install = ["-qq", "install", "--yes", "--no-install-recommends", .. missing];
    if (Apt(install) != 0 && (Apt(["-qq", "update"]) != 0 || Apt(install) != 0))
        Console.Error.WriteLine("rebound: that failed; tests that use these packages are skipped");
}

// Programs of Debian for the tests that compare what they print natively and in a guest.
void FetchRootFileSystem()
{
    string folder = Path.Combine(root, "artifacts", "test-data", "debian");
    string archive = Path.Combine(folder, "root.cpio");
    string scripts = Path.Combine(root, "tests", "Guests.Tests", "Debian");
    bool current = File.Exists(archive) && Directory.EnumerateFiles(scripts).All(script => File.GetLastWriteTimeUtc(script) <= File.GetLastWriteTimeUtc(archive));
    if (current || !OperatingSystem.IsLinux() || FindTool("apt-get") is null || FindTool("cpio") is null) return;
    Console.Error.WriteLine("rebound: fetching packages for a root file system for the tests");
    if (Execute("sh", [Path.Combine(scripts, "root-file-system.sh"), folder], quiet: true) != 0)
        Console.Error.WriteLine("rebound: that failed; tests that use it are skipped");
}

// Debian's kernels are guests, and their code is what decoders are compared on. A kernel's package would make itself the machine's
// kernel if it were installed; its files are enough.
void FetchKernel(string newest, string name)
{
    string folder = Path.Combine(root, "artifacts", "test-data", name);
    string boot = Path.Combine(folder, "boot");
    bool present = Directory.Exists(boot) && Directory.EnumerateFiles(boot, "vmlinuz-*").Any();
    if (present || !OperatingSystem.IsLinux() || FindTool("apt-get") is null || FindTool("dpkg-deb") is null) return;
    Directory.CreateDirectory(folder);
    string package = Dependency(newest);
    if (package.Length == 0 && Apt(["-qq", "update"]) == 0) package = Dependency(newest);
    if (package.Length == 0) return;
    Console.Error.WriteLine($"rebound: fetching {package} for the tests");
    string[] download = ["-qq", "-o", "APT::Sandbox::User=root", "download", package];
    if (Execute("apt-get", download, quiet: true, folder) != 0 && (Apt(["-qq", "update"]) != 0 || Execute("apt-get", download, quiet: true, folder) != 0)) return;
    foreach (string file in Directory.EnumerateFiles(folder, $"{package}_*.deb"))
    {
        Execute("dpkg-deb", ["--extract", file, folder], quiet: true);
        File.Delete(file);
    }
}

// What a package that only names another one depends on.
static string Dependency(string package)
{
    using Process process = Process.Start(new ProcessStartInfo("apt-cache", ["depends", package]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    string[] lines = process.StandardOutput.ReadToEnd().Split('\n');
    process.WaitForExit();
    return lines.Select(line => line.Trim()).FirstOrDefault(line => line.StartsWith("Depends: linux-image-", StringComparison.Ordinal))?["Depends: ".Length..] ?? "";
}

int Apt(string[] arguments) => Environment.UserName == "root"
    ? Execute("apt-get", arguments, quiet: true)
    : Execute("sudo", ["--non-interactive", "apt-get", .. arguments], quiet: true);

static string? FindTool(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
    .Append("/usr/sbin")
    .Select(folder => Path.Combine(folder, name))
    .FirstOrDefault(File.Exists);

// Runs a program on this terminal. A quiet one is heard only when it fails, and then on standard error.
int Execute(string file, IEnumerable<string> arguments, bool quiet = false, string folder = "")
{
    var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = quiet, WorkingDirectory = folder };
    start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
    // Left running, build servers would hold the files of this tree and the output of whoever reads ours.
    start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
    start.Environment["UseSharedCompilation"] = "false";
    try
    {
        using Process process = Process.Start(start)!;
        string said = quiet ? process.StandardOutput.ReadToEnd() : "";
        process.WaitForExit();
        if (process.ExitCode != 0) Console.Error.Write(said);
        return process.ExitCode;
    }
    catch (System.ComponentModel.Win32Exception error)
    {
        Console.Error.WriteLine($"rebound: {file} cannot be started: {error.Message}");
        return 2;
    }
}
