using Rebound.Jit.Cpu;
using Rebound.Jit.Judge;
using Rebound.User.Tests.Calls;

namespace Rebound.User.Tests.Bench;

/// <summary>
/// One static Linux program on the engine's processor at CPL 3, without an operating system below it: system calls, page faults
/// and exceptions come back here. Time is the number of retired instructions, so a run is the same each time.
/// </summary>
internal sealed unsafe class UserProcess : IDisposable
{
    private const ulong Frames = 1 << 17;

    private readonly FlatMachine _machine;
    private readonly SyscallTable _calls = new();
    private readonly OpenFiles _files;
    private int? _status;
    private string _note = "";

    /// <param name="start">Program, arguments, folder, input.</param>
    /// <param name="options">Tier and thresholds.</param>
    /// <param name="model">The processor: what CPUID says, and nothing else works.</param>
    /// <exception cref="UserProgramException">The file is no static x86-64 program.</exception>
    public UserProcess(ProgramStart start, ExecutionOptions options, CpuModel model)
    {
        UserEnvironment environment = new(model);
        _machine = new FlatMachine(options, Frames, cpl: 3, environment, model);
        Memory = new AddressSpace(_machine);
        ElfProgram program = new(File.ReadAllBytes(start.Program));
        program.LoadInto(Memory);
        CpuState* state = _machine.State;
        environment.Prepare(state);
        state->Rip = program.Entry;
        state->Gpr[4] = InitialStack.Build(Memory, program, start, environment.Cpuid(1, 0).Edx);
        _files = new OpenFiles(start.Folder, start.Input);
        Signals = new Signals(this);
        FileCalls.Register(_calls, this, _files);
        FolderCalls.Register(_calls, this, _files);
        MemoryCalls.Register(_calls, this, _files);
        ProcessCalls.Register(_calls, this);
        TimeCalls.Register(_calls, this);
        SignalCalls.Register(_calls, this);
    }

    public AddressSpace Memory { get; }

    public Signals Signals { get; }

    public CpuContext Context => _machine.Context;

    public CpuState* State => _machine.State;

    public ExecutionStatistics Statistics => _machine.Core.Statistics;

    /// <summary>Runs to the program's end.</summary>
    /// <param name="limit">Instructions that it may take.</param>
    /// <exception cref="UserProgramException">It took more, or met something that neither a processor nor the bench has.</exception>
    public ProgramResult Run(long limit)
    {
        while (_status is null)
        {
            long left = limit - (long)Context.Retired;
            if (left <= 0)
                throw new UserProgramException($"the program did not end within {limit} instructions; RIP is {Where()}");
            Handle(_machine.Run(left));
        }

        return new ProgramResult(_status.Value, _files.Output, _files.Errors, _note);
    }

    /// <summary>Ends the program.</summary>
    /// <param name="status">Exit status, or 128 + signal.</param>
    /// <param name="note">Why, if it did not ask for it.</param>
    public void End(int status, string note = "")
    {
        _status = status;
        _note = note;
    }

    /// <summary>The address in RIP and the instruction there.</summary>
    public string Where() => InstructionText.At(Memory, State->Rip);

    public void Dispose()
    {
        _files.Dispose();
        _machine.Dispose();
    }

    private void Handle(ExitReason exit)
    {
        CpuState* state = State;
        switch (exit)
        {
            case ExitReason.Syscall:
                ServeCall();
                break;
            case ExitReason.Exception when state->ExitVector == ExceptionVector.PageFault && TryPopulate():
            case ExitReason.Budget:
                break;
            case ExitReason.Exception:
                Signals.RaiseException(state->ExitVector);
                break;
            case ExitReason.SoftwareInterrupt when state->ExitVector == ExceptionVector.Breakpoint:
                Signals.RaiseException(ExceptionVector.Breakpoint);
                break;
            case ExitReason.SoftwareInterrupt:
                Signals.RaiseException(ExceptionVector.GeneralProtection);
                break;
            default:
                throw new UserProgramException($"the processor stopped with {exit} at {Where()}");
        }
    }

    private bool TryPopulate()
    {
        uint code = State->ExitErrorCode;
        Protection access = (code & PageFaultCode.Fetch) != 0 ? Protection.Execute
            : (code & PageFaultCode.Write) != 0 ? Protection.Write : Protection.Read;
        return Memory.TryPopulate(State->FaultAddress, access);
    }

    private void ServeCall()
    {
        CpuState* state = State;
        ulong* gpr = state->Gpr;
        gpr[1] = state->Rip;
        gpr[11] = state->Flags;
        ulong number = gpr[0];
        SyscallArguments arguments = new(gpr[7], gpr[6], gpr[2], gpr[10], gpr[8], gpr[9]);
        long result = _calls.Serve(number, arguments, state->Rip - 2);
        // rt_sigreturn has put the whole interrupted state in place.
        if ((LinuxCall)number != LinuxCall.RtSigreturn)
            gpr[0] = (ulong)result;
        Signals.DeliverPending();
    }
}
