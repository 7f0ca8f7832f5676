using System.CommandLine;
using Rebound.Engine.Cli.CommandLine;
using Rebound.Engine.Cli.Explaining;
using Rebound.Engine.Hosting;
using Rebound.Engine.Xen.Builder;

namespace Rebound.Engine.Cli.Commands;

/// <summary><c>rebound explain</c>: what becomes of guest code, stage by stage.</summary>
public sealed class ExplainCommand : CliCommand
{
    private const string Entry = "entry";
    private const ulong DefaultBytesAddress = 0x400000;

    private readonly Argument<string?> _image = new("IMAGE")
    {
        Description = "A kernel file, or a guest image by its name.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Argument<string?> _address = new("ADDRESS")
    {
        Description = "A virtual address in it, in hexadecimal, or 'entry' for its first instruction.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _bytes = new("--bytes")
    {
        Description = "Machine code in hexadecimal instead of an image.",
        HelpName = "HEX",
    };

    private readonly Option<string?> _at = new("--at")
    {
        Description = "The address that the bytes are taken to be at. Default: 400000.",
        HelpName = "ADDRESS",
    };

    public ExplainCommand()
        : base("explain", "Show what becomes of guest code on its way to host code.")
    {
        Add(_image);
        Add(_address);
        Add(_bytes);
        Add(_at);
    }

    /// <inheritdoc/>
    public override string Details =>
        """
        The stages, in this order: the guest's assembly, the micro-operations that state its meaning, the IL that the region
        is compiled to, and the host code that the .NET JIT makes of that IL.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("rebound explain --bytes '48 01 d8 75 fb'", "add rax,rbx; jnz back: a loop, as one region"),
        ("rebound explain hello entry", "the first instructions of a guest image"),
        ("rebound explain vmlinux 0xffffffff81000000", "code of a kernel file at an address"),
    ];

    /// <inheritdoc/>
    protected override int Execute(ParseResult arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        string? image = arguments.GetValue(_image), address = arguments.GetValue(_address);
        string? bytes = arguments.GetValue(_bytes), at = arguments.GetValue(_at);
        if ((image is null) == (bytes is null)) throw new BadInputException("explain takes either IMAGE and ADDRESS, or --bytes; see 'rebound explain --help'");
        if (image is not null && address is null) throw new BadInputException("explain takes an ADDRESS behind the image, or 'entry'");
        if (image is not null && at is not null) throw new BadInputException("--at belongs to --bytes; with an image, give the address behind it");

        (ReadOnlyMemory<byte> code, ulong rip) = bytes is not null
            ? (Values.HexBytes("--bytes", bytes), at is null ? DefaultBytesAddress : Values.Address("--at", at))
            : CodeOf(KernelFile.Open(image!), address!);
        CodeExplanation.Write(Console.Out, code, rip);
        return ExitCode.Success;
    }

    private static (ReadOnlyMemory<byte> Code, ulong Address) CodeOf(KernelFile kernel, string addressText)
    {
        const ulong enoughPages = 1 << 18;
        try
        {
            ElfImage image = GuestFile.OpenKernel(kernel.Bytes, enoughPages << 12);
            DomainPlan plan = DomainPlanner.Plan(image, GuestNotesReader.Read(image), new DomainPlanOptions { Pages = enoughPages });
            ulong address = addressText == Entry ? plan.Entry : Values.Address("ADDRESS", addressText);
            foreach (ElfSegment segment in image.Segments)
            {
                ulong offset = address - (segment.PhysicalAddress + plan.VirtualOffset);
                if (offset < (ulong)segment.FileSize) return (image.Contents(segment)[(int)offset..], address);
            }

            throw new BadInputException($"{kernel.Name} has no bytes at 0x{address:x}; its entry point is 0x{plan.Entry:x}");
        }
        catch (GuestImageException error)
        {
            throw new BadInputException($"{kernel.Name}: {error.Message}", error);
        }
    }
}
